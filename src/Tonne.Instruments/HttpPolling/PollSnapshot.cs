namespace Tonne.Instruments.HttpPolling;

/// <summary>The newest answer of a source, in the order of its channels; never changed once made.</summary>
/// <param name="Values">The values, one for each channel.</param>
/// <param name="Timestamp">Time of the values: the middle between request and response, as a timestamp of the clock.</param>
/// <param name="Joules">For powers: the energy from the first answer to this one by the trapezoid rule over the answers' own times, in
/// J.</param>
sealed record PollSnapshot(PolledValue[] Values, long Timestamp, double[] Joules);
