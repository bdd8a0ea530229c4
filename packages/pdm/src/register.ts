import { register } from "./registration/registration.js";

register(import.meta.url);
