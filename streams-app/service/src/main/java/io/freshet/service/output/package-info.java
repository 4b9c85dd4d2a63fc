/** Output to topics: limits on records, their headers and times, dead letters, and the handling of refused records. */
@NullMarked
package io.freshet.service.output;

import org.jspecify.annotations.NullMarked;
