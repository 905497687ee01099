import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Java's own PKIX validation of a certificate under its authority, its revocation told by a list or by an OCSP answer.
 *
 * <pre>java ValidatePath.java ROOT LEAF POLICY (crl|ocsp):FILE …</pre>
 *
 * One line for each file: VALID, REVOKED with the reason, or what the validator says.
 */
public final class ValidatePath {
    private final CertificateFactory factory = CertificateFactory.getInstance("X.509");
    private final CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    private final X509Certificate root;
    private final X509Certificate leaf;
    private final String policy;

    private ValidatePath(String root, String leaf, String policy) throws Exception {
        this.root = certificate(root);
        this.leaf = certificate(leaf);
        this.policy = policy;
    }

    public static void main(String[] arguments) throws Exception {
        ValidatePath path = new ValidatePath(arguments[0], arguments[1], arguments[2]);
        for (int place = 3; place < arguments.length; place++) {
            String[] told = arguments[place].split(":", 2);
            System.out.println(path.judged(told[0], told[1]));
        }
    }

    private String judged(String way, String file) throws Exception {
        PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setInitialPolicies(Set.of(policy));
        parameters.setExplicitPolicyRequired(true);
        // The profile's policies are critical and point at the practice statement; Java refuses that unless told.
        parameters.setPolicyQualifiersRejected(false);
        if (way.equals("crl")) {
            checker.setOptions(EnumSet.of(Option.PREFER_CRLS, Option.NO_FALLBACK));
            parameters.addCertStore(listed(file));
        } else {
            checker.setOptions(EnumSet.of(Option.NO_FALLBACK));
            checker.setOcspResponses(Map.of(leaf, Files.readAllBytes(Path.of(file))));
        }
        parameters.addCertPathChecker(checker);
        CertPath chain = factory.generateCertPath(List.of(leaf));
        try {
            validator.validate(chain, parameters);
            return "VALID";
        } catch (CertPathValidatorException refusal) {
            if (refusal.getCause() instanceof CertificateRevokedException revoked) {
                return "REVOKED " + revoked.getRevocationReason();
            }
            return refusal.getReason() + " " + refusal.getMessage();
        }
    }

    private CertStore listed(String file) throws Exception {
        try (InputStream octets = new FileInputStream(file)) {
            return CertStore.getInstance(
                "Collection", new CollectionCertStoreParameters(List.of(factory.generateCRL(octets))));
        }
    }

    private X509Certificate certificate(String file) throws Exception {
        try (InputStream octets = new FileInputStream(file)) {
            return (X509Certificate) factory.generateCertificate(octets);
        }
    }
}
