"""The queue of keys, clicks and pastes, and what each key waits for."""
