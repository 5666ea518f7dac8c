"""What people may do: one function per act, the same for every door."""
