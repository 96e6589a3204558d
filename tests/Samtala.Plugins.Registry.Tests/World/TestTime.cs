namespace Samtala.Plugins.Registry.Tests.World;

/// <summary>A clock that moves when told to. Timers run in real time: no test waits for one.</summary>
internal sealed class TestTime : TimeProvider
{
    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) + _passed;

    public override long GetTimestamp() => TimeSpan.TicksPerDay + _passed.Ticks;

    public void Pass(TimeSpan time) => _passed += time;
}
