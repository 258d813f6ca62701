"""The ways to match a labelled set; each module has ``matched(labelled)``, which answers the pairs it would apply."""
