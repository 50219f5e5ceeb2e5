"""Patients in, answers out: one patient, or a whole file."""
