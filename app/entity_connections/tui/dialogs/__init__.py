"""Everything that opens above the main screen; `dialog.Dialog` is the base of all."""
