/** Freshet's configuration: its keys with type, default, unit and meaning, and the topics that it names. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.config;
