/**
 * Formats of the records on topics of clicks: Freshet's own JSON, JSON with other names, JSON in an envelope, and
 * formats with a schema registry.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.service.clickformat;
