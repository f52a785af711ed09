"""What would cure a finding, where several rules say the same: intents, made from the model's words."""
