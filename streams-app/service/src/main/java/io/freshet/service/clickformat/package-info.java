/** Formats of the records on topics of clicks: Freshet's own JSON, JSON with other names, and JSON in an envelope. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.clickformat;
