namespace Tonne.Recording.Metering;

/// <summary>Receives one sample: its time in ns since the anchor, and one reading per meter, valid only during the call.</summary>
delegate void SampleListener(long timestamp, ReadOnlySpan<Reading> readings);
