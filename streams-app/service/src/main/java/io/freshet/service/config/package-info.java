/** Freshet's configuration: its keys with type, default, unit and meaning, and the topics that it names. */
@NullMarked
package io.freshet.service.config;

import org.jspecify.annotations.NullMarked;
