"""Services that move credits."""
