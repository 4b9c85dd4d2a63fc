/** Variants: the assignment of users, the process that answers, and the accuracy of the answers. */
@NullMarked
package io.freshet.service.variant;

import org.jspecify.annotations.NullMarked;
