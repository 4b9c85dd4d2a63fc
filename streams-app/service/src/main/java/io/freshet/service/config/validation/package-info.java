/** Validators of configuration values. Each error names the rule and the value. */
@NullMarked
package io.freshet.service.config.validation;

import org.jspecify.annotations.NullMarked;
