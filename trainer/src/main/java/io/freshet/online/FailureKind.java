package io.freshet.online;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** What a failure of a trainer's term means for the next term. */
enum FailureKind {
    /** May pass by itself, as time-outs, disconnects and an unreachable store do: another term begins after a while. */
    PASSING,
    /** Another producer has taken over the trainer's transactional id. */
    FENCED,
    /** Records that the model must go on from are gone: a person must choose what to go on with. */
    REFUSED,
    /** The configuration, the login or the rights must be changed. */
    FATAL;

    /** The kind of the failure, by the first of its causes that says more than that it may pass. */
    static FailureKind of(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case ProducerFencedException _, InvalidProducerEpochException _ -> {
                    return FENCED;
                }
                case MissingRecordsException _ -> {
                    return REFUSED;
                }
                case OtherNetworkException _,
                        ConfigException _,
                        AuthenticationException _,
                        AuthorizationException _,
                        UnsupportedVersionException _ -> {
                    return FATAL;
                }
                default -> {}
            }
        }
        return PASSING;
    }
}
