/** Tests of the trainer on a broker. */
@NullMarked
package io.freshet.service.trainer;

import org.jspecify.annotations.NullMarked;
