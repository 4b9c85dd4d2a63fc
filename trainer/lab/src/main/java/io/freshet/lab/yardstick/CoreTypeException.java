package io.freshet.lab.yardstick;

/** Thrown if a core type of OpenBLAS cannot be measured on this machine. The message says why. */
final class CoreTypeException extends Exception {
    CoreTypeException(String message) {
        super(message);
    }
}
