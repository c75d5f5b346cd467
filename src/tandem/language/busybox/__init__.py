"""Orders about the BusyBox: their words, what they mean, which parts they are about, and when they are done."""
