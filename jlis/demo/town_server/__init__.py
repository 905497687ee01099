"""A town's own certificate server (市区町村 証明発行サーバ), for reference: the centre talks to it where a town
keeps no copy in the cloud.

It is a program of its own, with its own file: no model, no database role and no code of the centre's rooms but the law
(`bcl.domain`) and the paper's form (`juki.pdf`). JSON over HTTP; `README.md` tells the contract.
"""
