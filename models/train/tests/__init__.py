"""Unit tests of the training, without rendering or training anything: a few seconds.

    python3 -m unittest discover -s models/train/tests -t models/train

What needs torch or onnx is skipped where they are not, with the reason.
"""
