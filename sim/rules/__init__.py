"""What people and lenders do in one case: pure functions of numbers, compiled one by one."""
