"""The learned model: images, language, grounding, proprioception, force and touch in; two-handed action chunks out."""
