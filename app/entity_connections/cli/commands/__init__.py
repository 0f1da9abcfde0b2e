"""The commands about entities, connections, profiles and the journal."""
