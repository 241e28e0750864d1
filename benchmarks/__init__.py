"""How fast lossbook is."""
