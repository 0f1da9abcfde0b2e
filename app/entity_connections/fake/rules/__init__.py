"""What the fake tenant allows, and what it does where Zuora's documents are silent."""
