"""What every verb is made of."""
