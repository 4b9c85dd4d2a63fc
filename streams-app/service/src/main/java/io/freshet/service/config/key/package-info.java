/** The configuration keys, each with its type, default, range, unit and meaning. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.config.key;
