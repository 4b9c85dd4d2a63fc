package io.freshet.training.failure;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** Kind of a failure that ended a trainer's session, which decides what happens next. */
public enum FailureKind {
    /**
     * A transient failure, such as a timeout, a disconnect or an unreachable store: another session begins after a wait.
     */
    PASSING,
    /** Another producer has taken over the trainer's transactional id. */
    FENCED,
    /**
     * Records that the model must continue from are gone, or learners have different models: an operator must choose what
     * to continue from.
     */
    REFUSED,
    /** The configuration, the credentials or the permissions must be changed. */
    FATAL;

    /**
     * Returns the kind of the first throwable in the cause chain that is not {@link #PASSING}; {@link #PASSING} if there is
     * none before the end of the chain or before a {@link TransactionExpiredException}.
     */
    public static FailureKind of(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case TransactionExpiredException _ -> {
                    return PASSING;
                }
                case ProducerFencedException _, InvalidProducerEpochException _ -> {
                    return FENCED;
                }
                case MissingRecordsException _, DifferentModelsException _ -> {
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
