"""The losses of `lossbook` written with the operations of a framework, so that models can be trained with them.

Nothing is imported here: `lossbook.frameworks.keras` needs Keras, and `lossbook.frameworks.torch` needs PyTorch.
"""
