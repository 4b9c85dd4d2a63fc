/** Output to topics: limits on records, their headers and times, dead letters, and the handling of refused records. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.output;
