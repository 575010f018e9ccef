"""HTTP requests within a deadline: the only package that opens sockets."""
