package io.freshet.online;

import org.slf4j.MDC;

/** What lines that a trainer's thread logs say beside their words. */
final class TrainerLog {
    private TrainerLog() {}

    /** Of the thread that this is called by, from now on. */
    static void begin(String modelName) {
        MDC.put("role", "trainer");
        MDC.put("model", modelName);
    }

    /** Steps behind the model. */
    static void at(long step) {
        MDC.put("model_step", Long.toString(step));
    }
}
