"""What the fake tenant allows, and how it behaves where Zuora's documentation is silent."""
