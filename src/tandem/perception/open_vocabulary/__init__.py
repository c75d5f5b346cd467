"""Things that are named in words: models of transformers find them in the image, depth tells where they are and how large."""
