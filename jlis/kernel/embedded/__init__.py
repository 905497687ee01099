"""PostgreSQL and Valkey out of wheels, for `make run` and `make test` on a machine that has neither.

Plain Python without Django: the servers must stand before settings are read. Every other part of the
house is an ordinary client that knows `DATABASE_URL` and `REDIS_URL` only; in service the same names
point to real servers and nothing of this package runs.
"""
