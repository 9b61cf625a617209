"""Credits that come: bought, and given back."""
