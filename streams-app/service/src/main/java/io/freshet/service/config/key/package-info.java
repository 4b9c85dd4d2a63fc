/** The configuration keys, each with its type, default, range, unit and meaning. */
@NullMarked
package io.freshet.service.config.key;

import org.jspecify.annotations.NullMarked;
