package io.freshet.workbench.backtest;

import io.freshet.app.failure.Explained;

/** Thrown if there is nothing to run a backtest over, or if records expire during it. The message says what must hold and what to do. */
public final class BacktestException extends Exception implements Explained {
    BacktestException(String message) {
        super(message);
    }

    BacktestException(String message, Throwable cause) {
        super(message, cause);
    }
}
