"""Operations: planned, checked, sent, looked up, recovered."""
