"""The only room that opens a socket: keys, TLS, time, retries, parallelism."""
