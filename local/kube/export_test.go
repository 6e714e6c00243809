package kube

// Alive is for tests that look for processes left behind.
var Alive = alive
