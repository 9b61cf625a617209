"""What operations cost, what accounts spent, and on which model."""
