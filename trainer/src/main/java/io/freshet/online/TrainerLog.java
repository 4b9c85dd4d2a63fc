package io.freshet.online;

import org.slf4j.MDC;

/** Logging context (MDC) of a trainer's thread. */
final class TrainerLog {
    private TrainerLog() {}

    /** Sets the context of the calling thread. */
    static void begin(String modelName) {
        MDC.put("role", "trainer");
        MDC.put("model", modelName);
    }

    /** Sets the model's step. */
    static void at(long step) {
        MDC.put("model_step", Long.toString(step));
    }
}
