"""Action chunks to certified trajectories."""
