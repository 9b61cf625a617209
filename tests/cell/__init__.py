"""The driver against a surface that only writes down what it is asked."""
