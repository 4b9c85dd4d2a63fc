package io.freshet.service.schema;

/** Thrown if the registry has no schema with an id. */
final class UnknownSchemaException extends Exception {
    private static final long serialVersionUID = 1L;

    UnknownSchemaException(String message) {
        super(message);
    }
}
