"""The HTTP surface: thin views that check, dispatch, and answer in one envelope."""
