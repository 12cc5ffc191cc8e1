"""What changes: one verb a function, which loads facts, asks the rule and applies its decision."""
