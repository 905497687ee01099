"""The X.509 engine: certificates, CRLs and OCSP answers from plain values. Knows no Django and no person.

``jpki`` issues to residents with it; ``lgwan`` shares it for LGPKI. Keys stay behind ``keys.KeyBackend``; what a
certificate looks like is data (``profiles``), never code.
"""
