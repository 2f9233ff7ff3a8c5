using System.Management.Automation;
using ShardyFusion.Cmdlets.Parameters;

namespace ShardyFusion.Module.Tests;

public sealed class DurationTests
{
    [Fact]
    public void Duration_EveryForm_IsTheSameTime()
    {
        var hour = TimeSpan.FromHours(1);
        foreach (var written in new object[] { 3600, 3600L, 3600.0, 3600m, "3600", "60m", "1h", "01:00:00", "PT1H", hour })
            Assert.Equal(hour, new DurationAttribute().Transform(null!, written));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(1e300)]
    public void Duration_NoDuration_IsRefused(object written) =>
        Assert.Throws<ArgumentTransformationMetadataException>(() => new DurationAttribute().Transform(null!, written));

    [Fact]
    public void Duration_TooLongASpan_IsRefused()
    {
        Assert.Throws<ArgumentTransformationMetadataException>(() => new DurationAttribute().Transform(null!, TimeSpan.MaxValue));
        Assert.Throws<ArgumentTransformationMetadataException>(() => new DurationAttribute().Transform(null!, TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public void Duration_EveryParameterOfThatType_TakesText()
    {
        var parameters = ModuleFiles.Cmdlets.GetExportedTypes().SelectMany(type => type.GetProperties())
            .Where(property => property.IsDefined(typeof(ParameterAttribute), inherit: true)
                && (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(TimeSpan)).ToList();
        Assert.NotEmpty(parameters);
        Assert.All(parameters, property => Assert.True(property.IsDefined(typeof(DurationAttribute), inherit: true),
            $"{property.DeclaringType!.Name}.{property.Name}"));
    }
}
