"""Plans, scenarios, judging and recording, without a stack."""
