# Writes the models that KerasNetworkTest reads: python write_keras_models.py FOLDER. Needs Keras 3 with any backend.
# All weights are 0.1 and all biases 0.05. Prints the first number of the state of each of two sequences.
import sys

import keras
import numpy as np
from keras import layers

LENGTH, DIM = 5, 16
MODELS = {
    "lstm": [
        layers.Masking(),
        layers.LSTM(6, return_sequences=True),
        layers.Dense(7, activation="elu"),
        layers.LSTM(DIM, unit_forget_bias=False),
        layers.Dense(DIM, activation="tanh"),
    ],
    "convolution": [
        layers.Conv1D(6, 3, padding="causal", activation="relu"),
        layers.Conv1D(6, 2, padding="same", activation="tanh"),
        layers.MaxPooling1D(2),
        layers.GlobalMaxPooling1D(),
        layers.Dense(DIM, use_bias=False),
    ],
    "bidirectional": [
        layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(DIM, activation="sigmoid")),
        layers.GlobalAveragePooling1D(),
        layers.Activation("softplus"),
    ],
}

inputs = np.sin(np.arange(2 * LENGTH * DIM, dtype=np.float32)).reshape(2, LENGTH, DIM)
for name, parts in MODELS.items():
    model = keras.Sequential([keras.Input((LENGTH, DIM)), *parts])
    for weights in model.weights:
        weights.assign(np.full(weights.shape, 0.05 if "bias" in weights.name else 0.1, np.float32))
    model.save(f"{sys.argv[1]}/{name}.keras")
    if name == "lstm":
        model.save(f"{sys.argv[1]}/{name}.h5")
        inputs[1, :2] = 0  # padding
    print(name, np.asarray(model(inputs))[:, 0])
    inputs = np.sin(np.arange(2 * LENGTH * DIM, dtype=np.float32)).reshape(2, LENGTH, DIM)
