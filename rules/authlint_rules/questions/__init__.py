"""Questions that several rules ask, or that one rule asks at length."""
